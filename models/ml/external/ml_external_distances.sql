{#- Only a Gaussian mixture gives its clusters shapes. -#}
{% set shapes = ref('ml_external_shapes') %}
{{ measure_distances(
    ref('ml_external_components'),
    ref('ml_external_centroids'),
    'component',
    shapes if setting('external.algorithm.method') == 'gaussian_mixture' else none
) }}
