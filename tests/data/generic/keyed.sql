{#- Faulty keys, each with what is wrong: `fault` says that several rows share the key, or which column has
    no value. A column has to have one if it is of the key and not `nullable`, or if it is `filled`.
    One test of all, since each test costs a query. -#}
{% test keyed(model, key, filled=[], nullable=[]) %}

with

keys as (

    select
        {{ key | join(', ') }},
        count(*) as rows_of_key,
        min(
            case
                {% for column in (key | reject('in', nullable) | list) + filled %}
                when {{ column }} is null then '{{ column }}'
                {% endfor %}
            end
        ) as empty_column
    from {{ model }}
    group by {{ key | join(', ') }}

),

final as (

    select
        concat_ws(
            '; ',
            case when rows_of_key > 1 then 'several rows have this key' end,
            'no value in ' || empty_column
        ) as fault,
        *
    from keys
    where rows_of_key > 1 or empty_column is not null

)

select * from final

{% endtest %}
