{#- The smallest size of a final cluster, in stores: a setting below 1 is a share of the stores. -#}
{% macro minimum_size(store_count) -%}
{%- set minimum = setting('merging.minimum_cluster_size') -%}
{{ minimum if minimum is number and minimum >= 1 else 'ceil(' ~ minimum ~ ' * ' ~ store_count ~ ')' }}
{%- endmacro %}
