{% set products = setting('sources').products or {} %}
{% set columns = products.columns or {} %}

with

raw as (

    {{ read_source(products) }}

),

texts as (

    select
        _file as file,
        _line as line,
        _fault as line_fault,
        _raw as raw,
        {{ column_text(columns.product_id) }} as product_id,
        {{ column_text(columns.category) if columns.category else "'all'" }} as category,
        {{ column_text(columns.need_state or columns.product_id) }} as need_state
    from raw

),

checked as (

    select
        *,
        case
            when line_fault is not null then line_fault
            when product_id is null then 'product id is missing'
            when category is null then 'category is missing'
            when need_state is null then 'need state is missing'
        end as fault
    from texts

),

numbered as (

    select
        *,
        row_number() over (
            partition by fault, product_id, category, need_state order by file, line
        ) as copy_number
    from checked

),

final as (

    select
        -- ids
        file,
        line,
        product_id,

        -- values
        category,
        need_state,

        -- what was refused, and why
        case
            when fault is not null then fault
            when copy_number > 1 then 'row is there twice'
        end as rejected_reason,
        raw
    from numbered

)

select * from final
