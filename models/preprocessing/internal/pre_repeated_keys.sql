{#- Keys that more than one accepted sales row has. The hash is enough here: two different keys may share
    one, and pre_refused_sales looks at the keys themselves. -#}
{% set unique_by = setting('sources.sales').unique_by %}

with

{% if unique_by %}
final as (

    select {{ row_hash(unique_by) }} as key_hash
    from {{ ref('stg_sales') }}
    where rejected_reason is null
    group by key_hash
    having count(*) > 1

)
{% else %}
final as (

    select cast(null as ubigint) as key_hash where false

)
{% endif %}

select * from final
