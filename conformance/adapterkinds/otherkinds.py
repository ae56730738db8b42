BY_TYPE = {}
