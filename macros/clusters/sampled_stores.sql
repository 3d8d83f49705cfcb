{#- How many stores of a cluster stand for it where every store is compared with every other: all of
    them in categories of up to 10,000 stores; in larger ones the cluster's part of 10,000, but not
    fewer than 100, which leaves small clusters whole. -#}
{% macro sampled_stores(cluster_size, store_count) -%}
least({{ cluster_size }}, greatest(100, ceil(10000.0 * {{ cluster_size }} / {{ store_count }})))
{%- endmacro %}
