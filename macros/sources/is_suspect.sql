{#- Whether the keys of a sales row, as they stand in the file, are in pre_suspect_texts. In coalesce, or
    else DuckDB may turn the join around and keep all sales rows in memory. -#}
{% macro is_suspect(suspects, condition='true') -%}
{%- set text_hash = row_hash(['store_text', 'product_text']) -%}
coalesce({{ text_hash }} in (select {{ text_hash }} from {{ suspects }} where {{ condition }}), false)
{%- endmacro %}
