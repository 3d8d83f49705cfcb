{#- One block per kind of parameter. What a kind has no use for in its key is empty. -#}
{% set merging = setting('merging') %}
{% set codes = {'none': 0, 'clr': 1, 'hellinger': 2} %}
with

parameters as (

    {% for dataset in ['internal', 'external'] %}
    {% set scale = setting(dataset ~ '.scale') %}
    -- from the raw value to the treated one
    {% for parameter, value in {
        'transform': 'case when is_transformed then ' ~ codes[setting(dataset ~ '.transform.method')] ~ ' else 0 end',
        'zero_stand_in': 'case when is_transformed then zero_stand_in end',
        'missing_stand_in': 'missing_stand_in',
        'lower_limit': 'lower_limit',
        'upper_limit': 'upper_limit',
    }.items() %}
    select
        category,
        '{{ dataset }}' as dataset,
        '{{ parameter }}' as parameter,
        feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        {{ value }} as value
    from {{ ref('feat_' ~ dataset ~ '_learned') }}
    union all
    {% endfor %}
    -- to the scaled one
    {% for parameter in ['centre', 'scale'] %}
    select
        category,
        '{{ dataset }}' as dataset,
        '{{ parameter }}' as parameter,
        feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        {{ parameter }} as value
    from {{ ref('feat_' ~ dataset ~ '_scales') }}
    where is_used
    union all
    {% endfor %}
    {% if scale.clip is not none and scale.method != 'none' %}
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'clip' as parameter,
        null as feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        {{ scale.clip }} as value
    from {{ ref('feat_' ~ dataset ~ '_scales') }}
    where is_used
    union all
    {% endif %}
    -- to the components
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'component_centre' as parameter,
        feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        centre as value
    from {{ ref('ml_' ~ dataset ~ '_loadings') }}
    union all
    select
        category,
        '{{ dataset }}' as dataset,
        'loading' as parameter,
        feature,
        component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        loading as value
    from {{ ref('ml_' ~ dataset ~ '_loadings') }}
    union all
    -- to the cluster of the side
    select
        category,
        '{{ dataset }}' as dataset,
        'centroid' as parameter,
        null as feature,
        component,
        null as other_component,
        cluster_id,
        null as other_cluster_id,
        value
    from {{ ref('ml_' ~ dataset ~ '_centroids') }}
    union all
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'fitted_store_count' as parameter,
        null as feature,
        null as component,
        null as other_component,
        cluster_id,
        null as other_cluster_id,
        fitted_store_count as value
    from {{ ref('ml_' ~ dataset ~ '_centroids') }}
    union all
    -- a Gaussian mixture only: what its clusters look like
    select
        category,
        '{{ dataset }}' as dataset,
        'factor' as parameter,
        null as feature,
        component,
        other_component,
        cluster_id,
        null as other_cluster_id,
        factor as value
    from {{ ref('ml_' ~ dataset ~ '_shapes') }}
    union all
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'squared_offset' as parameter,
        null as feature,
        null as component,
        null as other_component,
        cluster_id,
        null as other_cluster_id,
        squared_offset as value
    from {{ ref('ml_' ~ dataset ~ '_shapes') }}
    union all
    -- to the cluster that is final
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'weight' as parameter,
        null as feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        {{ merging[dataset ~ '_weight'] }} as value
    from {{ ref('mrg_members') }}
    union all
    {% for parameter in ['centre', 'factor'] %}
    select
        category,
        side as dataset,
        'space_{{ parameter }}' as parameter,
        null as feature,
        component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        {{ parameter }} as value
    from {{ ref('mrg_axes') }}
    where side = '{{ dataset }}'
    union all
    {% endfor %}
    select
        centroids.category,
        axes.side as dataset,
        'final_centroid' as parameter,
        null as feature,
        axes.component,
        null as other_component,
        centroids.cluster_id,
        null as other_cluster_id,
        centroids.value
    from {{ ref('mrg_centroids') }} as centroids
    inner join {{ ref('mrg_axes') }} as axes
        on centroids.category = axes.category and centroids.dimension = axes.dimension
    where axes.side = '{{ dataset }}'
    union all
    select
        category,
        '{{ dataset }}' as dataset,
        'usual_partner' as parameter,
        null as feature,
        null as component,
        null as other_component,
        {{ dataset }}_part as cluster_id,
        null as other_cluster_id,
        {{ 'external' if dataset == 'internal' else 'internal' }}_part as value
    from {{ ref('mrg_cells') }}
    where is_usual_of_{{ dataset }}
    union all
    {% endfor %}
    select
        category,
        'both' as dataset,
        'final_cluster' as parameter,
        null as feature,
        null as component,
        null as other_component,
        internal_part as cluster_id,
        external_part as other_cluster_id,
        final_cluster_id as value
    from {{ ref('mrg_label_clusters') }}
    -- of a split, a pair alone decides nothing
    where split_value is null

),

-- what kernel_pca compares with; its loadings are of landmarks, which they name as their feature
of_landmarks as (

    {% for dataset in ['internal', 'external'] %}
    select
        category,
        '{{ dataset }}' as dataset,
        'landmark' as parameter,
        feature,
        landmark,
        value
    from {{ ref('ml_' ~ dataset ~ '_landmarks') }}
    union all
    select distinct
        category,
        '{{ dataset }}' as dataset,
        'gamma' as parameter,
        null as feature,
        null as landmark,
        gamma as value
    from {{ ref('ml_' ~ dataset ~ '_landmarks') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

combined as (

    select
        *,
        null as landmark
    from parameters
    union all
    select
        category,
        dataset,
        parameter,
        feature,
        null as component,
        null as other_component,
        null as cluster_id,
        null as other_cluster_id,
        value,
        landmark
    from of_landmarks

),

final as (

    select
        -- ids
        category,
        dataset,
        parameter,
        cast(feature as varchar) as feature,
        cast(landmark as varchar) as landmark,
        cast(component as integer) as component,
        cast(other_component as integer) as other_component,
        cast(cluster_id as integer) as cluster_id,
        cast(other_cluster_id as integer) as other_cluster_id,

        cast(value as double) as value,
        {{ sql_text(invocation_id) }} as run_id
    from combined
    where value is not null

)

select * from final
