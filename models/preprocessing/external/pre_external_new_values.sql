{#- With a model for each category a store is new to those that it was not fitted in. -#}
{% if setting('external.per_category') %}
{% set every_category %}
(
    select * from {{ ref('pre_external_categories') }}
    union all
    select * from {{ ref('pre_external_new_categories') }}
)
{% endset %}
{% set stores %}
(select * from {{ ref('pre_category_stores') }} where excluded_reason is not null)
{% endset %}
{{ combine_feeds(
    ref('pre_feed_matches'), every_category, ref('pre_external_features'), 'true', stores
) }}
{% else %}
{{ combine_feeds(
    ref('pre_feed_matches'), ref('pre_external_new_categories'), ref('pre_external_features'),
    'is_excluded'
) }}
{% endif %}
