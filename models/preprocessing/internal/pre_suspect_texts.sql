{#- Where to look for refused rows: few rows share their keys with one. Rows of a key that is written in
    one way only are no copies if they have as many different days, say, as rows. -#}
with

texts as (

    select
        store_text,
        store_id,
        product_text,
        product_id,
        row_count,
        least_key_count,
        rejected_reason
    from {{ ref('pre_sales_texts') }}

),

{% if setting('sources.sales').unique_by %}
repeatable as (

    select
        store_id,
        product_id
    from texts
    where rejected_reason is null
    group by store_id, product_id
    having sum(row_count) > case when count(*) = 1 then sum(least_key_count) else 1 end

),
{% else %}
repeatable as (

    select
        store_id,
        product_id
    from texts
    where false

),
{% endif %}

final as (

    select
        texts.store_text,
        texts.store_id,
        texts.product_text,
        texts.product_id,
        bool_or(texts.rejected_reason is null and repeatable.store_id is not null) as may_repeat
    from texts
    left join repeatable
        on texts.store_id = repeatable.store_id and texts.product_id = repeatable.product_id
    where texts.rejected_reason is not null or repeatable.store_id is not null
    group by texts.store_text, texts.store_id, texts.product_text, texts.product_id

)

select * from final
