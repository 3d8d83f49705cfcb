{#- The columns of the sales; in a wide table with one column per group the group is the product. -#}
{% macro sales_columns() %}
    {% set sales = setting('sources.sales') %}
    {% set columns = dict(sales.columns) %}
    {% if sales.groups %}
        {% do columns.update({'product_id': '_group', 'amount': '_amount'}) %}
    {% endif %}
    {{ return(columns) }}
{% endmacro %}
