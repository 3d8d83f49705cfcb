-- Above quality.maximum_rejected_share a source is not to be trusted: look at marts.rejected_rows.
select
    source,
    rows_read,
    rows_rejected
from {{ ref('data_coverage') }}
where
    category is null
    and rows_rejected > {{ setting('quality.maximum_rejected_share') }} * rows_read
