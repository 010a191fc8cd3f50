"""Class figures fitted to plants: a hierarchical model of dated observations.

`table` reads the observations and says what each may tell, `priors` what was believed before
them, `curves` and `likelihood` hold the equations (once, for numpy and for the sampler),
`model` the random variables, `sampling` the sampler, `population` what the posterior says of
plants, `leave_one_out` what it says of a plant that it has not seen, `marginals` and `write`
how it enters model files. The sampler needs the extra ``bvsim[calibrate]``.
"""
