{#- A number as people write it: a share in percent with one decimal, others with commas between
    thousands, and with as many decimals as leave about three digits. -#}
{% macro say_number(value, is_share) -%}
case
    when {{ is_share }} then format('{:.1f} %', 100 * {{ value }})
    when abs({{ value }}) >= 1e15 then format('{:.3g}', {{ value }})
    when abs({{ value }}) >= 100 then format('{:,}', cast(round({{ value }}) as bigint))
    when abs({{ value }}) >= 10 then format('{:.1f}', {{ value }})
    when abs({{ value }}) >= 1 or {{ value }} = 0 then format('{:.2f}', {{ value }})
    else format('{:.3g}', {{ value }})
end
{%- endmacro %}
