{#- A wide table (one row per store, one column per group) as one row per store and group. An empty cell
    is a group that the store does not sell. -#}
{% macro split_groups(relation, groups) %}
    select
        rows_of_stores.*,
        cell.name as _group,
        cell.amount as _amount
    from {{ relation }} as rows_of_stores
    cross join unnest([
        {% for group in groups %}
        {'name': {{ sql_text(group) }}, 'amount': coalesce({{ column_text(group) }}, '0')}{{ ',' if not loop.last }}
        {% endfor %}
    ]) as cells(cell)
{% endmacro %}
