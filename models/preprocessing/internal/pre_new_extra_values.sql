{{ list_extra_values(
    ref('pre_category_stores'), ref('pre_store_growth'), ref('pre_store_seasonality'),
    'excluded_reason is not null and has_sales_mix'
) }}
