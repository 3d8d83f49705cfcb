{#- The components of both sides under one name, of the stores of a category that stores_relation
    lists; external components are the same in every category, unless each has its own model. -#}
{% macro gather_sides(stores_relation, internal_relation, external_relation) %}
with

stores as (

    select * from {{ stores_relation }}

),

internal as (

    select * from {{ internal_relation }}

),

external as (

    select * from {{ external_relation }}

),

final as (

    select
        stores.category,
        stores.store_id,
        'internal' as side,
        'internal ' || cast(internal.component as varchar) as dimension,
        internal.component,
        internal.value
    from stores
    inner join internal
        on stores.category = internal.category and stores.store_id = internal.store_id
    union all
    select
        stores.category,
        stores.store_id,
        'external' as side,
        'external ' || cast(external.component as varchar) as dimension,
        external.component,
        external.value
    from stores
    inner join external
        on
            stores.store_id = external.store_id
            and external.category = {{ external_category('stores.category') }}

)

select * from final
{% endmacro %}
