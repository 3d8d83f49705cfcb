{#- A value as text. A whole number has no decimal point, also in a column of another type of numbers: the
    id 7 and the marker -999 are then the same in every kind of file. -#}
{% macro to_text(value) -%}
case
    when typeof({{ value }}) in ('DOUBLE', 'FLOAT') or typeof({{ value }}) like 'DECIMAL%'
        then regexp_replace(cast({{ value }} as varchar), '[.]0+$', '')
    else cast({{ value }} as varchar)
end
{%- endmacro %}
