"""The two notions of white space that the language has."""

# Unicode's White_Space property, which trims lines and separates the words of ENV, LABEL and ARG. It is not
# what `str.isspace` says: that takes U+001C to U+001F for blanks too.
UNICODE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

# What ends a keyword and separates the words of the other instructions.
PLAIN = "\t\v\f\r "
