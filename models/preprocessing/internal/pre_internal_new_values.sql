{{ mix_sales(
    ref('pre_category_stores'), ref('pre_need_sales'), ref('pre_new_extra_values'),
    'excluded_reason is not null and has_sales_mix'
) }}
