{#- A key may stand in several rows with different values (a postal code in two counties): the most
    frequent one counts, of equally frequent ones the one that sorts first, so that a store has one. -#}
with

entries as (

    select
        feed,
        {{ match_key('key_value') }} as match_key,
        unnest(map_entries(attributes)) as entry
    from {{ ref('stg_feed_rows') }}
    where rejected_reason is null

),

counted as (

    select
        feed,
        match_key,
        entry.key as attribute,
        min(entry.value) as value,
        count(*) as row_count
    from entries
    where entry.value is not null
    group by feed, match_key, entry.key, {{ match_key('entry.value') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by feed, match_key, attribute order by row_count desc, value
        ) as place
    from counted

),

final as (

    select
        -- ids
        feed,
        match_key,
        attribute,

        -- values
        min(case when place = 1 then value end) as value,
        string_agg(case when place > 1 then value end, ', ' order by place) as other_values
    from ranked
    group by feed, match_key, attribute

)

select * from final
