"""Typed readers of human words, English and Danish: dates, money, phones, domains, names; each
module is imported by its full path.
"""
