-- Above quality.maximum_rejected_share a source is not to be trusted: look at marts.rejected_rows.
{{ refused_too_often(ref('data_coverage'), ref('rejected_rows')) }}
