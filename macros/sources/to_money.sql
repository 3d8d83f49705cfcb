{#- A value of a type as money, exact to 0.0001; null if it is not a number. In a text, engines also take
    an underscore between digits. -#}
{% macro to_money(value, type='VARCHAR') -%}
{%- if type == 'VARCHAR' -%}
case
    when not contains(cast({{ value }} as varchar), '_') then try_cast({{ value }} as decimal(18, 4))
end
{%- else -%}
try_cast({{ value }} as decimal(18, 4))
{%- endif -%}
{%- endmacro %}
