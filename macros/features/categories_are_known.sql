{#- True, or a fault that stops the build: external.category_features names a category that there is not. -#}
{% macro categories_are_known(category_stores_relation) -%}
true
{%- for category in setting('external.category_features') %}
and case
    when {{ sql_text(category) }} in (select category from {{ category_stores_relation }}) then true
    else error(
        'external.category_features names the category ' || {{ sql_text("'" ~ category ~ "'") }}
        || ', and there are no sales in a category of that name: correct it or take it out'
    )
end
{%- endfor %}
{%- endmacro %}
