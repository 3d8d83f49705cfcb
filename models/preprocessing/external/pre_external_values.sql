{#- A category is 1 or 0 in each of its features, and empty for a store without a text; a text that is
    no feature is counted as other. With a model for each category a store is there once for each,
    with the features relevant to it. -#}
with

matches as (

    select * from {{ ref('pre_feed_matches') }}

),

categories as (

    select * from {{ ref('pre_external_categories') }}

),

candidates as (

    select * from {{ ref('pre_external_features') }} where counted_as is not null

),

features as (

    select distinct
        feed,
        name,
        counted_as as feature,
        is_category
    from candidates

),

entries as (

    select
        feed,
        store_id,
        split_value,
        unnest(map_entries(features)) as entry
    from matches

),

numbers as (

    select
        feed,
        store_id,
        entry.key as name,
        split_value as value_split_by,
        {{ to_number('entry.value') }} as value
    from entries

),

combined as (

    select
        numbers.store_id,
        numbers.feed,
        numbers.name,
        candidates.counted_as as feature,
        case candidates.combine
            when 'mean' then {{ ordered_mean('numbers.value') }}
            when 'sum' then {{ ordered_sum('numbers.value') }}
            when 'minimum' then min(numbers.value)
            when 'maximum' then max(numbers.value)
            when 'median' then {{ percentile('numbers.value', 0.5) }}
        end as value
    from numbers
    inner join candidates
        on
            numbers.feed = candidates.feed
            and numbers.name = candidates.name
            and numbers.value_split_by is not distinct from candidates.value
    group by
        numbers.store_id, numbers.feed, numbers.name, candidates.counted_as, candidates.combine

),

of_stores as (

    select
        categories.store_id,
        categories.feed,
        categories.name,
        coalesce(candidates.counted_as, categories.name || ' = other') as counted_as
    from categories
    left join candidates
        on
            categories.feed = candidates.feed
            and categories.name = candidates.name
            and categories.value = candidates.value

),

encoded as (

    select
        of_stores.store_id,
        features.feed,
        features.name,
        features.feature,
        cast(case when of_stores.counted_as = features.feature then 1 else 0 end as double) as value
    from of_stores
    inner join features on of_stores.feed = features.feed and of_stores.name = features.name

),

known as (

    select * from combined where value is not null
    union all
    select * from encoded

),

-- with a model for each category a store is fitted in those that it sells
places as (

    {% if setting('external.per_category') %}
    select
        category,
        store_id,
        excluded_reason is null as is_fitted
    from {{ ref('pre_category_stores') }}
    where {{ categories_are_known(ref('pre_category_stores')) }}
    {% else %}
    select distinct
        'all' as category,
        store_id,
        not is_excluded as is_fitted
    from matches
    {% endif %}

),

-- a store without a single value has no external data: nothing is made up for it
described as (

    select distinct
        places.category,
        places.store_id,
        places.is_fitted
    from places
    inner join known on places.store_id = known.store_id
    where {{ is_relevant('places.category', 'known.name') }}

),

final as (

    select
        described.category,
        described.store_id,
        described.is_fitted,
        features.feature,
        known.value,
        not features.is_category as is_transformed
    from described
    cross join features
    left join known
        on
            described.store_id = known.store_id
            and features.feed = known.feed
            and features.name = known.name
            and features.feature = known.feature
    where {{ is_relevant('described.category', 'features.name') }}

)

select * from final
