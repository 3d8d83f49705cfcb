{#- ${NAME} in a path becomes the environment variable NAME, else its default in vars.paths. -#}
{% macro expand_path(path) %}
    {% set expanded = namespace(path=path) %}
    {% for _ in range(5) if '${' in expanded.path %}
        {% for name in modules.re.findall('\\$\\{(\\w+)\\}', expanded.path) %}
            {% set value = env_var(name, var('paths').get(name, '')) or var('paths').get(name, '') %}
            {% set expanded.path = expanded.path | replace('${' ~ name ~ '}', value) %}
        {% endfor %}
    {% endfor %}
    {{ return(expanded.path) }}
{% endmacro %}
