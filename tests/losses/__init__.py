"""Tests of what single losses promise beyond the laws."""
