"""What is in the layers of an image: the model behind `layers`, `diff`, `blame`, `efficiency`, the report
and the explorer.

`subject` finds the image that a word means, `stack` reads its layers, the other modules compute from them.
Nothing here prints.
"""
