"""Looking at the network: interfaces, routes, bridges, the firewall, and whether others answer."""
