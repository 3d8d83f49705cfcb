{#- Text as a number; null if it is not a finite number. -#}
{% macro to_number(text) -%}
case
    when {{ is_number(text) }} and isfinite(try_cast({{ text }} as double))
        then try_cast({{ text }} as double)
end
{%- endmacro %}
