{#- A report: nothing is merged. Need states are compared inside their category, texts of a feed inside
    their feature. -#}
with

need_sales as (

    select * from {{ ref('pre_need_sales') }}

),

category_sales as (

    select
        category,
        sum(sales_amount) as sales_amount
    from need_sales
    group by category

),

need_state_sales as (

    select
        category,
        need_state,
        sum(sales_amount) as sales_amount
    from need_sales
    group by category, need_state

),

product_needs as (

    select distinct
        category,
        need_state
    from {{ ref('pre_product_needs') }}

),

categories as (

    select distinct category from product_needs

),

labels as (

    select
        'category' as kind,
        cast(null as varchar) as belongs_to,
        categories.category as label,
        coalesce(category_sales.sales_amount, 0) as sales_amount
    from categories
    left join category_sales on categories.category = category_sales.category
    union all
    select
        'need_state' as kind,
        product_needs.category as belongs_to,
        product_needs.need_state as label,
        coalesce(need_state_sales.sales_amount, 0) as sales_amount
    from product_needs
    left join need_state_sales
        on
            product_needs.category = need_state_sales.category
            and product_needs.need_state = need_state_sales.need_state
    union all
    select
        'external_category' as kind,
        name as belongs_to,
        value as label,
        null as sales_amount
    from {{ ref('pre_external_features') }}
    where is_category and value is not null

),

keyed as (

    select
        *,
        lower(label) as cased,
        {{ spaced_label('label') }} as spaced,
        {{ label_key('label') }} as label_key
    from labels

),

final as (

    select
        -- ids
        first_labels.kind,
        first_labels.belongs_to,
        first_labels.label,
        second_labels.label as similar_to,

        case
            when first_labels.cased = second_labels.cased then 'case'
            when first_labels.spaced = second_labels.spaced then 'spaces'
            else 'plural'
        end as how,

        -- money
        cast(first_labels.sales_amount as decimal(38, 4)) as sales_amount,
        cast(second_labels.sales_amount as decimal(38, 4)) as similar_sales_amount
    from keyed as first_labels
    inner join keyed as second_labels
        on
            first_labels.kind = second_labels.kind
            and first_labels.belongs_to is not distinct from second_labels.belongs_to
            and first_labels.label_key = second_labels.label_key
            and first_labels.label < second_labels.label

)

select * from final
