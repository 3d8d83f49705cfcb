{#- The settings in force: defaults, then what the environment changes, then the user's file
    (given by --vars). The same rule as python_ml.settings.merge_layers, which checked them. -#}
{% macro settings() %}
    {% set user = {} %}
    {% for name in ['sources', 'quality', 'internal', 'external', 'merging', 'explanations', 'projections', 'resources']
            if var(name, none) is not none %}
        {% do user.update({name: var(name)}) %}
    {% endfor %}
    {% set of_environment = merge_settings(var('defaults'), var('environments')[target.name] or {}) %}
    {{ return(merge_settings(of_environment, user)) }}
{% endmacro %}
