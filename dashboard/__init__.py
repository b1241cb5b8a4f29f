"""The app: server, live hub, the one door to the data, shell, panels, charts and the command line."""
