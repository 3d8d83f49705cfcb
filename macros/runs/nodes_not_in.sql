{#- The names of the enabled nodes of the project that an invocation did not run. -#}
{% macro nodes_not_in(results) %}
    {% set seen = results | map(attribute='node') | map(attribute='unique_id') | list %}
    {% set missing = [] %}
    {% for node in graph.nodes.values()
        if node.resource_type in ['model', 'seed', 'snapshot', 'test', 'unit_test']
        and node.config.enabled and node.unique_id not in seen %}
        {% do missing.append(node.name) %}
    {% endfor %}
    {{ return(missing) }}
{% endmacro %}
