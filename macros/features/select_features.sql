{#- Which features are used, and why another is not: by what it is on its own, or because it says the
    same as a feature that is used. One row per category and feature. -#}
{% macro select_features(candidates_relation, correlations_relation) %}
with

candidates as (

    select * from {{ candidates_relation }}

),

correlations as (

    select * from {{ correlations_relation }}

),

reasons as (

    select
        candidates.category,
        candidates.feature,
        candidates.store_count,
        candidates.missing_share,
        candidates.variance,
        coalesce(
            candidates.unused_reason,
            'correlated ' || cast(cast(correlations.correlation as decimal(3, 2)) as varchar)
            || ' with ' || correlations.partner
        ) as unused_reason
    from candidates
    left join correlations
        on
            candidates.category = correlations.category
            and candidates.feature = correlations.feature

),

final as (

    select
        -- ids
        category,
        feature,

        -- numerics
        store_count,
        missing_share,
        variance,

        -- what was decided
        unused_reason is null as is_used,
        coalesce(unused_reason, 'used') as reason
    from reasons

)

select * from final
{% endmacro %}
