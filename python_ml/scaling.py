"""A scale for each column that a few far-out stores do not decide."""

import numpy as np


def robust_scales(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the centre and the scale of each column, by the middle of its values.

    The centre is the median. The scale is IQR / 1.349, or (p97.5 - p2.5) / 3.92 when the middle
    half of the stores is equal, or the standard deviation when nearly all stores are equal; each
    is the standard deviation if the values are normal. (A scaler that leaves a column without IQR
    in its raw unit lets one sparse currency column decide everything.)

    Parameters
    ----------
    rows : ndarray of shape (stores, columns)
        The values; NaN is no value. Every column has at least one.

    Returns
    -------
    centre, scale : ndarray of shape (columns,)
        In the unit of the column; the scale is 0 where all values are the same.

    Examples
    --------
    >>> centre, scale = robust_scales(np.array([[1.0, 7.0], [2.0, 7.0], [3.0, np.nan]]))
    >>> centre.tolist(), scale.round(3).tolist()
    ([2.0, 7.0], [0.741, 0.0])
    """
    low, quarter, median, three_quarters, high = np.nanquantile(
        rows, [0.025, 0.25, 0.5, 0.75, 0.975], axis=0
    )
    spread = np.nanmax(rows, axis=0) - np.nanmin(rows, axis=0)
    scale = np.nanstd(rows, axis=0)
    for wider, width in ((high - low, 3.92), (three_quarters - quarter, 1.349)):
        scale = np.where(wider > 1e-12 * spread, wider / width, scale)
    # What differs only in the sixteenth digit is the noise of a sum, not a difference.
    varies = spread > 1e-12 * np.nanmax(np.abs(rows), axis=0)
    return median, np.where(varies, scale, 0.0)
