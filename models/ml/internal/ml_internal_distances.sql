{#- Only a Gaussian mixture gives its clusters shapes. -#}
{% set shapes = ref('ml_internal_shapes') %}
{{ measure_distances(
    ref('ml_internal_components'),
    ref('ml_internal_centroids'),
    'component',
    shapes if setting('internal.algorithm.method') == 'gaussian_mixture' else none
) }}
