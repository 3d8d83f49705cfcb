{#- Stop before anything is built if what is selected reads a table that is neither selected nor in the
    working file. The sentence names the job to run first. -#}
{% macro stop_without_inputs() %}
    {% if execute %}
        {% set existing = run_query(
            "select table_schema || '.' || table_name from information_schema.tables "
            ~ 'where table_catalog = current_database()'
        ).columns[0].values() %}
        {% set read = [] %}
        {% set missing = {} %}
        {% for node in graph.nodes.values() %}
            {% set parents = node.depends_on.get('nodes', []) %}
            {% if node.unique_id in selected_resources %}
                {% do read.extend(parents) %}
            {% elif node.resource_type in ['model', 'seed', 'snapshot']
                and node.schema ~ '.' ~ node.alias not in existing %}
                {% do missing.update({
                    node.unique_id: {'path': node.original_file_path, 'parents': parents}
                }) %}
            {% endif %}
        {% endfor %}
        {% set sentence = run_query('select what_to_run_first(' ~ sql_text(tojson({
            'read': read, 'missing': missing, 'database': target.path, 'target': target.name
        })) ~ ')').rows[0][0] %}
        {% if sentence %}
            {{ exceptions.raise_compiler_error(sentence) }}
        {% endif %}
    {% endif %}
{% endmacro %}
