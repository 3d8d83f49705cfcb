{#- A view: the files may hold a hundred million rows, which are read where they are summed up. -#}
{{ config(materialized='view') }}

with

raw as (

    {{ source_rows(setting('sources.sales'), is_numbered=false) }}

),

final as (

    {{ type_sales('raw', is_numbered=false) }}

)

select
    -- ids
    _file as file,
    store_text,
    store_id,
    product_text,
    product_id,
    row_id,

    -- values
    sold_on,
    amount,
    quantity,
    is_return,

    -- what is refused, and why
    value_fault,
    rejected_reason
from final
