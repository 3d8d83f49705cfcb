{#- A value as text. A whole number has no decimal point, also in a column of a floating type: the id 7
    and the marker -999 are then the same in every kind of file. -#}
{% macro to_text(value) -%}
case
    when typeof({{ value }}) in ('DOUBLE', 'FLOAT')
        then regexp_replace(cast({{ value }} as varchar), '[.]0$', '')
    else cast({{ value }} as varchar)
end
{%- endmacro %}
