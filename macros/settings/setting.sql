{#- One setting by its path, such as setting('internal.scale.method'). While dbt only parses, a setting
    that is not there is nothing: the plugin names what is wrong before anything runs. -#}
{% macro setting(path) %}
    {% set here = namespace(value=settings()) %}
    {% for step in path.split('.') %}
        {% if here.value is mapping and step in here.value %}
            {% set here.value = here.value[step] %}
        {% elif execute %}
            {{ exceptions.raise_compiler_error('there is no setting ' ~ path) }}
        {% else %}
            {% set here.value = {} %}
        {% endif %}
    {% endfor %}
    {{ return(here.value) }}
{% endmacro %}
