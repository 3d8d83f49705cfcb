{#- True, or a fault that stops the build: a list of the settings names a store that no source knows. -#}
{% macro stores_are_known(stores_relation, lists) -%}
true
{%- for name, stores in lists.items() if stores %}
{%- set unknown -%}
(
    select string_agg('''' || named.store_id || '''', ', ' order by named.store_id)
    from (select unnest({{ sql_list(stores) }}) as store_id) as named
    where named.store_id not in (select store_id from {{ stores_relation }})
)
{%- endset %}
and case
    when {{ unknown }} is null then true
    else error(
        {{ sql_text(name) }} || ' names ' || {{ unknown }}
        || ', and no source knows a store of that id: correct it or take it out'
    )
end
{%- endfor %}
{%- endmacro %}
