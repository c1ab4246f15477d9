package org.jenkinsci.plugins.workflow.libs

import java.lang.annotation.ElementType
import java.lang.annotation.Retention
import java.lang.annotation.RetentionPolicy
import java.lang.annotation.Target

/** `@Library('name@version') _`: what a Jenkinsfile loads before it is compiled. */
@Retention(RetentionPolicy.SOURCE)
@Target([ElementType.PACKAGE, ElementType.TYPE, ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.CONSTRUCTOR, ElementType.LOCAL_VARIABLE])
@interface Library {
    String[] value()
    boolean changelog() default true
}
