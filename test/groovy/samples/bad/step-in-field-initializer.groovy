// wound up catching
import groovy.transform.Field
@Field String here = pwd()
node { echo here }
