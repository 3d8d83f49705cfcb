{{ mix_sales(
    ref('pre_category_stores'), ref('pre_need_sales'), ref('pre_extra_values'),
    'excluded_reason is null'
) }}
