{#- A store that one side knows nothing of joins the usual partner of its cluster on the other side: the
    cluster that most of its stores have there. Where two are about as frequent one store would turn all
    of these; so the partner that was published last stays the usual one as long as it has two thirds of
    the stores of the most frequent one. -#}
with

sides as (

    select * from {{ ref('mrg_known_sides') }} where is_fitted and external_cluster_id is not null

),

parameters as (

    select * from {{ source('history', 'model_parameters') }} where parameter = 'usual_partner'

),

registry as (

    select * from {{ source('history', 'cluster_registry') }} where status = 'active'

),

pairs as (

    select
        category,
        dataset,
        case dataset when 'internal' then cluster_id else value end as internal_part,
        case dataset when 'internal' then value else cluster_id end as external_part
    from parameters

),

-- a number that now stands for another cluster is not the one that was published
known as (

    select pairs.*
    from pairs
    inner join registry as internal
        on
            internal.dataset = 'internal'
            and pairs.category = internal.category
            and pairs.internal_part = internal.cluster_id
    inner join registry as external
        on
            external.dataset = 'external'
            and external.category = {{ external_category('pairs.category') }}
            and pairs.external_part = external.cluster_id

),

counted as (

    select
        category,
        internal_part,
        external_part,
        count(*) as store_count
    from sides
    group by category, internal_part, external_part

),

compared as (

    select
        *,
        max(store_count) over (partition by category, internal_part) as most_of_internal,
        max(store_count) over (partition by category, external_part) as most_of_external
    from counted

),

final as (

    select
        compared.category,
        compared.internal_part,
        compared.external_part,
        compared.store_count,
        {% for side, other in [('internal', 'external'), ('external', 'internal')] %}
        row_number() over (
            partition by compared.category, compared.{{ side }}_part
            order by
                case
                    when
                        of_{{ side }}.dataset is not null
                        and 3 * compared.store_count >= 2 * compared.most_of_{{ side }}
                        then 0
                    else 1
                end,
                compared.store_count desc,
                compared.{{ other }}_part
        ) = 1 as is_usual_of_{{ side }}{{ ',' if not loop.last }}
        {% endfor %}
    from compared
    {% for side in ['internal', 'external'] %}
    left join known as of_{{ side }}
        on
            of_{{ side }}.dataset = '{{ side }}'
            and compared.category = of_{{ side }}.category
            and compared.internal_part = of_{{ side }}.internal_part
            and compared.external_part = of_{{ side }}.external_part
    {% endfor %}

)

select * from final
