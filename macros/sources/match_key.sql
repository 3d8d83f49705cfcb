{#- The form in which a key of a feed and an attribute of a store are compared: case and outer
    spaces do not count. -#}
{% macro match_key(text) -%}
lower(trim({{ text }}))
{%- endmacro %}
