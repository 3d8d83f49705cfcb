{#- One row per feed: its name, and the attribute of a store that its key is matched with. -#}
{% macro list_feeds() %}
    {% for name, feed in (setting('sources').feeds or {}).items() %}
    select
        {{ sql_text(name) }} as feed,
        {{ sql_text(feed.matches) }} as attribute
    union all
    {% endfor %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as attribute
    where false
{% endmacro %}
