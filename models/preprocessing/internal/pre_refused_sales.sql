{#- Look up what is refused in its source: the line and the row as it stands there. -#}
{% set sales = setting('sources.sales') %}

with

located as (

    {{ locate_rows(ref('pre_faulty_sales'), sales) }}

),

final as (

    select
        -- ids
        _file as file,
        _line as line,
        store_id,
        product_id,

        -- values
        sold_on,
        amount,
        is_return,

        -- why, and what stands there
        coalesce(rejected_reason, 'row is there twice') as rejected_reason,
        {{ "product_id || ': ' || coalesce(amount_source, '')" if sales.groups else '_raw' }} as raw
    from located

)

select * from final
