{#- With a model for each category a store is fitted in those that it sells. -#}
{% if setting('external.per_category') %}
{% set stores %}
(
    select *
    from {{ ref('pre_category_stores') }}
    where excluded_reason is null and {{ categories_are_known(ref('pre_category_stores')) }}
)
{% endset %}
{% endif %}
{{ combine_feeds(
    ref('pre_feed_matches'), ref('pre_external_categories'), ref('pre_external_features'),
    'not is_excluded', stores if setting('external.per_category') else none
) }}
