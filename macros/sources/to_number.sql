{#- A value of a type as a number; null if it is not a finite number. In a text, engines also take an
    underscore between digits. -#}
{% macro to_number(value, type='VARCHAR') -%}
case
    when {% if type == 'VARCHAR' %}not contains(cast({{ value }} as varchar), '_') and {% endif -%}
        isfinite(try_cast({{ value }} as double))
        then try_cast({{ value }} as double)
end
{%- endmacro %}
