{#- Of several rows the most frequent text counts, of equally frequent ones the one that sorts first. -#}
with

entries as (

    select
        feed,
        store_id,
        is_excluded,
        unnest(map_entries(categories)) as entry
    from {{ ref('pre_feed_matches') }}

),

counted as (

    select
        feed,
        store_id,
        is_excluded,
        entry.key as name,
        entry.value as value,
        count(*) as row_count
    from entries
    where entry.value is not null
    group by feed, store_id, is_excluded, entry.key, entry.value

),

ranked as (

    select
        *,
        row_number() over (
            partition by feed, store_id, name order by row_count desc, value
        ) as place
    from counted

),

final as (

    select
        feed,
        store_id,
        name,
        value,
        is_excluded
    from ranked
    where place = 1

)

select * from final
