{#- The groups of stores that have to be together or apart, by their place in the settings. -#}
{% macro group_stores() %}
    {% set groups = {} %}
    {% for kind in ['together', 'apart'] %}
        {% for name, stores in setting('merging.' ~ kind).items() %}
            {% do groups.update({'merging.' ~ kind ~ '.' ~ name: stores}) %}
        {% endfor %}
    {% endfor %}
    {{ return(groups) }}
{% endmacro %}
