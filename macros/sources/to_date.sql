{#- Text as a date; takes a date (2025-01-06) or a timestamp that begins with one. -#}
{% macro to_date(text) -%}
case
    when regexp_matches({{ text }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$')
        then try_cast(substr({{ text }}, 1, 10) as date)
end
{%- endmacro %}
