"""Networks, address pools, bridges and veth pairs of simulated hosts; switches and VLANs between them.

Start with `minibuild.network.engine.Networks`: the networks of one host of a store.
"""
