"""`minibuild explore`: layers, files and contents of an image on a terminal. `view` and `pages` know what is
shown, without a terminal; `app`, `widgets` and `screens` draw it with Textual.
"""
